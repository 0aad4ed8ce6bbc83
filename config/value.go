package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// setText stores a value in the spelling of flags and the environment: lists by comma, maps as name=number.
func (f field) setText(text string) error {
	switch f.value.Kind() {
	case reflect.Slice:
		return f.setList(splitList(text))
	case reflect.Map:
		return f.setPairs(splitList(text))
	}
	return f.setScalar(f.value, text)
}

func splitList(text string) []string {
	var words []string
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

func (f field) setList(words []string) error {
	list := reflect.MakeSlice(f.value.Type(), len(words), len(words))
	for i, word := range words {
		if err := f.setScalar(list.Index(i), word); err != nil {
			return err
		}
	}
	f.value.Set(list)
	return nil
}

func (f field) setPairs(words []string) error {
	pairs := map[string]float64{}
	for _, word := range words {
		name, number, _ := strings.Cut(word, "=")
		x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil {
			return f.wrong(word)
		}
		pairs[strings.TrimSpace(name)] = x
	}
	f.value.Set(reflect.ValueOf(pairs))
	return nil
}

func (f field) setScalar(into reflect.Value, text string) error {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return f.wrong(text)
		}
		into.SetBool(b)
	case reflect.Int, reflect.Int64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
			return f.wrong(text)
		}
		into.SetInt(int64(x))
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return f.wrong(text)
		}
		into.SetFloat(x)
	default:
		return fmt.Errorf("config: %s has the kind %s, which no setting can have", f.name, into.Kind())
	}
	return nil
}

// setJSON stores a JSON value; null leaves what is there.
func (f field) setJSON(raw json.RawMessage) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return f.setArray(v, raw)
	case map[string]any:
		return f.setObject(v, raw)
	}
	if text, ok := v.(string); ok && f.list() {
		return f.setText(text) // one item, or several by comma, as on the command line
	}
	if f.list() {
		return f.wrong(string(raw))
	}
	return f.setAtom(f.value, v, string(raw))
}

func (f field) setArray(items []any, raw json.RawMessage) error {
	if f.value.Kind() != reflect.Slice {
		return f.wrong(string(raw))
	}
	list := reflect.MakeSlice(f.value.Type(), len(items), len(items))
	for i, item := range items {
		if err := f.setAtom(list.Index(i), item, fmt.Sprint(item)); err != nil {
			return err
		}
	}
	f.value.Set(list)
	return nil
}

func (f field) setObject(items map[string]any, raw json.RawMessage) error {
	if f.value.Kind() != reflect.Map {
		return f.wrong(string(raw))
	}
	pairs := map[string]float64{}
	for name, item := range items {
		x, err := strconv.ParseFloat(fmt.Sprint(item), 64)
		if _, number := item.(json.Number); !number || err != nil {
			return f.wrong(fmt.Sprintf("%s: %v", name, item))
		}
		pairs[name] = x
	}
	f.value.Set(reflect.ValueOf(pairs))
	return nil
}

// setAtom stores a JSON string, number or boolean where the setting has that very type.
func (f field) setAtom(into reflect.Value, v any, shown string) error {
	fits := false
	switch v := v.(type) {
	case string:
		fits, shown = into.Kind() == reflect.String, v
	case json.Number:
		fits = into.Kind() != reflect.String && into.Kind() != reflect.Bool
	case bool:
		fits = into.Kind() == reflect.Bool
		if !fits && f.bare != "" {
			fits, shown = true, f.fallback
			if v {
				shown = f.bare
			}
		}
	}
	if !fits {
		return f.wrong(shown)
	}
	return f.setScalar(into, shown)
}
