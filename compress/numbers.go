package compress

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// unitsOfNumbers may stand behind a number, and currencies before it.
var (
	unitsOfNumbers = set(`% ‰ percent ° °C °F °K C F K m km cm mm nm µm in ft yd mi m² km² m³ ha kg g mg µg t lb lbs oz l L ml cl dl gal
		s sec ms µs ns min h hr hrs W kW MW GW Wh kWh MWh GWh V mV kV A mA mAh Ah Hz kHz MHz GHz J kJ kcal N Pa kPa bar psi dB
		B kB KB MB GB TB PB KiB MiB GiB TiB bit bits byte bytes kbps Mbps Gbps bps px pt dpi rpm mph km/h m/s
		thousand million billion trillion hundred dozen bn mn k M`)
	currencies = set(`$ € £ ¥ ₹ ₽ ₩ ₿ US$ A$ C$ EUR USD GBP JPY CHF SEK NOK DKK CNY RMB INR AUD CAD NZD PLN CZK HUF RUB BRL MXN KRW ZAR SGD HKD TRY ILS
		AED SAR THB dollars dollar euros euro pounds pound cents cent yen yuan kronor francs rupees`)
)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, each := range strings.Fields(words) {
		out[each] = true
	}
	return out
}

// numbers are what has a digit in it, whole: an identifier, a date, or a number with its sign, separators, unit and
// currency, "-3.5 %" and "EUR 18,400" and "$5 million" alike.
func numbers(t token.Tokenizer, text []byte) []Span {
	var out []Span
	var words []Span // without white space: the next, up to two before it, and as many behind
	i := 0           // the next
	look := func() {
		w := words[i]
		if bytes.IndexFunc(text[w[0]:w[1]], unicode.IsDigit) >= 0 {
			out = append(out, number(text, words, i))
		}
		if i < 2 {
			i++
		} else {
			words = append(words[:0], words[1:]...)
		}
	}
	things(t, text, func(thing Span) {
		end := thing[0] + len(bytes.TrimRightFunc(text[thing[0]:thing[1]], unicode.IsSpace))
		words = append(words, Span{end - len(bytes.TrimLeftFunc(text[thing[0]:end], unicode.IsSpace)), end})
		if len(words) > i+2 {
			look()
		}
	})
	for i < len(words) {
		look()
	}
	return out
}

// number is the number that word i belongs to.
func number(text []byte, words []Span, i int) Span {
	from, to := i, i
	for to+1 < len(words) && to < i+2 && measures(text, words[to], words[to+1]) {
		to++
	}
	if i > 0 && near(text, words[i-1], words[i]) && (currencies[string(text[words[i-1][0]:words[i-1][1]])] || signs(text, words, i-1)) {
		from--
	}
	return Span{words[from][0], words[to][1]}
}

// measures says whether a word right behind another is the unit or currency of a number.
func measures(text []byte, number, word Span) bool {
	behind := text[word[0]:word[1]]
	return near(text, number, word) && (unitsOfNumbers[string(behind)] || currencies[string(behind)])
}

// signs says whether word i is a sign right before a number, and not between two.
func signs(text []byte, words []Span, i int) bool {
	if words[i][1] != words[i+1][0] || i > 0 && words[i-1][1] == words[i][0] {
		return false
	}
	r, size := utf8.DecodeRune(text[words[i][0]:])
	return size == words[i][1]-words[i][0] && strings.ContainsRune("+-−±~≈<>≤≥", r)
}

// near says whether at most a blank stands between two words.
func near(text []byte, a, b Span) bool {
	switch string(text[a[1]:max(a[1], b[0])]) {
	case "", " ", "\u00a0", "\u202f", "\u2009":
		return true
	}
	return false
}
