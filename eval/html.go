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

// HTML is report.html: one file with everything in it, the figures (as PNG) and the examples too.
func (r *Report) HTML(figures []Figure) ([]byte, error) {
	type named struct{ Name, Value string }
	var facts []named
	for _, f := range r.facts() {
		facts = append(facts, named{f.name, f.value})
	}
	type image struct {
		URL template.URL
		Alt string
	}
	var images []image
	for _, f := range figures {
		images = append(images, image{template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG)), f.Alt}) //nolint:gosec // our own bytes
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, map[string]any{
		"Report": r, "Facts": facts, "Subtitle": r.subtitle(), "Intervals": r.intervals(), "Tables": r.Tables(), "Figures": images,
	})
	return out.Bytes(), err
}
