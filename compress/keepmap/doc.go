// Package keepmap is the way back from a shortened text to the one that it was made from.
//
// A Map holds the original, which bytes of it were kept, and what the text was shortened with. It is written beside the
// shortened text (`sputnik compress --keep-map`), and answers two questions later: what was the original, byte for byte
// (Recover), and where in it stands what somebody quotes from the shortened text (Locate).
//
//	m, err := keepmap.New(original, kept, settings)
//	err = m.Write(file)
//	m, err = keepmap.Read(file)
//	original, err := m.Recover(output) // or an *Altered: at which byte output is not what was written
//
// A file of a map is one JSON object: version; input_bytes, input_sha256, output_bytes and output_sha256; settings; kept,
// half-open byte ranges of the original, ascending, not touching; original, base64 of the DEFLATE (RFC 1951) of the
// original. The whole original is there rather than what was dropped: it deflates about as small, and a byte that was
// changed later can be named even where it was kept.
//
// What Read returns holds together: spans lie in the original, and both hashes are true. Whatever a file says, Read needs
// memory in proportion to the file, or to the text whose hash the file knows, and neither panics. Nothing here needs
// libtorch.
package keepmap
