package speed

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print writes the report for a person.
func (r Report) Print(out io.Writer) error {
	m, t := r.Machine, r.Text
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %d cores, load %s, %s, libtorch %s\n", m.CPU, m.Cores, m.Load, m.Go, m.Libtorch)
	fmt.Fprintf(w, "%d bytes of text (%s), %d tokens of %s, at rate %v\n\n", t.Bytes, t.Structure, t.Tokens, t.Tokenizer, t.Rate)
	fmt.Fprintln(w, "whole path\ttokens/s, median\tbest\truns\tread\tscore\t(model)\tselect\trender\tallocations\tprompt, p50\tp99\tallocations")
	if r.Torch != nil {
		r.Torch.print(w, "libtorch")
	}
	r.Go.print(w, "Go")
	l := r.Lengths
	fmt.Fprintf(w, "\nlength\ttokens/s, median\tbest\truns\tpeak RSS\n")
	for _, each := range []Length{l.Short, l.Long} {
		fmt.Fprintf(w, "%d bytes\t%.0f\t%.0f\t%d\t%.0f MB\n", each.Bytes, each.Speed.Median, each.Speed.Best, each.Speed.Runs, each.PeakRSS)
	}
	fmt.Fprintf(w, "ratio\t%.2f\n\nstart of a process\t%.0f ms\nfrom a cancel to the return\t%.1f ms\n", l.Ratio, r.ColdStart, r.Cancel)
	if len(r.Encoders) > 0 {
		fmt.Fprintf(w, "\nencoder, forward pass\ttokens/s, median\tbest\tchunks\tparameters\tours is faster\n")
	}
	for _, e := range r.Encoders {
		fmt.Fprintf(w, "%s, %d x %d\t%.0f\t%.0f\t%d\t%d M\t%.0f x\n", e.Name, e.Layers, e.Width, e.Speed.Median, e.Speed.Best, e.Chunks, e.Parameters/1e6, e.Ratio)
	}
	if len(r.Odd) > 0 {
		fmt.Fprintf(w, "\nodd text\tbytes\ttokens\ttokens/s\tpeak RSS\tof 300 MB + 4 x bytes\n")
	}
	for _, each := range r.Odd {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%.0f MB\t%.2f\n", each.What, each.Bytes, each.Tokens, each.Speed.Median, each.PeakRSS, each.PeakRSS/(300+4e-6*float64(each.Bytes)))
	}
	return w.Flush()
}

func (p Path) print(w io.Writer, name string) {
	f := p.Profile
	fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%d\t%.0f%%\t%.0f%%\t%.0f%%\t%.0f%%\t%.0f%%\t%.2f\t%.1f ms\t%.1f ms\t%.2f\n", name, p.Speed.Median, p.Speed.Best, p.Speed.Runs,
		100*f.Read, 100*f.Score, 100*f.Model, 100*f.Select, 100*f.Render, p.Allocations, p.Prompt.P50, p.Prompt.P99, p.Prompt.Allocations)
}
