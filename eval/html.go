package eval

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"html/template"
)

//go:embed report.html.tmpl
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

// HTML is report.html: one file with everything in it, the plot (a PNG) too.
func (r *Report) HTML(plot []byte) ([]byte, error) {
	type named struct{ Name, Value string }
	var facts []named
	for _, f := range r.facts() {
		facts = append(facts, named{f.name, f.value})
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, map[string]any{
		"Report": r, "Facts": facts, "Subtitle": r.subtitle(), "Intervals": r.intervals(), "Tables": r.Tables(),
		"HasPlot": plot != nil,
		"Plot":    template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(plot)), //nolint:gosec // our own bytes
	})
	return out.Bytes(), err
}
