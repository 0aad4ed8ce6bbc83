package transformer

import "fmt"

func openGGUF(path string) (Config, source, error) {
	return Config{}, nil, fmt.Errorf("%s: GGUF", path)
}
