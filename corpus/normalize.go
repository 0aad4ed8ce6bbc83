package corpus

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\x00", "", "\ufeff", "")

// Normalize brings a text to the form that sequences are made of: valid UTF-8 in NFC, lines ending in \n, no NUL or
// byte order mark, no white space around it.
func Normalize(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	return strings.TrimSpace(norm.NFC.String(lineEnds.Replace(text)))
}
