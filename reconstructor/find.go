package reconstructor

import "fmt"

func findModel(name string) (string, error) { return "", fmt.Errorf("no model %s", name) }
