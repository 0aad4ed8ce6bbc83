package keepmap_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/compress/keepmap"
)

func Example() {
	original := []byte("The invoice of Amina Diallo is not to be paid.")
	m, _ := keepmap.New(original, []keepmap.Span{{0, 11}, {27, 45}}, keepmap.Settings{})
	fmt.Printf("%s\n", m.Output())
	for _, match := range m.Locate([]byte("Invoice  is not")) {
		fmt.Printf("%d-%d %s\n", match.Start, match.End, original[match.Start:match.End])
	}
	_, err := m.Recover([]byte("The invoice is to be paid"))
	fmt.Println(err)
	// Output:
	// The invoice is not to be paid
	// 4-34 invoice of Amina Diallo is not
	// differs at byte 15: it has 0x74 ("t") there, and should have 0x6e ("n")
}
