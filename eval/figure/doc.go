// Package figure draws what was measured: Curves, Bars, Scatter, Panels, Heat and Profile, each filled in as a plain struct and
// drawn by PNG or SVG. It knows numbers and names only, and nothing of agents or reports; whoever has those fills the
// structs in.
//
//	curves := figure.Curves{
//		Words: figure.Words{Title: "What a reader still knows", Subtitle: "120 documents", Note: "Bands: 95% intervals."},
//		X:     figure.Axis{Label: "share of the tokens kept"}, Y: figure.Axis{Label: "retained information F"},
//		Lines: []figure.Line{{Name: "agent", Bold: true, Points: points}},
//	}
//	picture, err := figure.PNG(curves)
//
// Colours are told apart by colour-blind readers (Okabe and Ito 2008), and names stand beside what they name wherever
// there is room. No letter is smaller than 9 points on a page 9 inches wide, so half the size can still be read. What is
// too long is wrapped, then cut with an ellipsis; nothing runs over anything else.
//
// A number that is NaN, infinite, or not positive on a log axis is left out; a drawing with nothing left is ErrNothing.
// The same struct gives the same bytes. The letters are those of the Liberation fonts, which have no Chinese, Arabic or
// Indic ones: in an SVG the reader's own fonts stand in for them, in a PNG they are boxes.
//
// A drawing belongs to the caller and is only read.
package figure
