// Package quiet runs before gotch does: packages start in the order of their paths, and gotch's start makes a folder in
// the home directory and ends the program where it cannot. An existing folder keeps it from either.
package quiet

import "os"

func init() {
	if os.Getenv("GOTCH_CACHE") == "" {
		os.Setenv("GOTCH_CACHE", os.TempDir())
	}
}
