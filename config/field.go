package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A field is one setting of a command's struct, as its tags describe it.
type field struct {
	name     string // JSON key and flag
	value    reflect.Value
	fallback string // the default, in the spelling of a flag
	help     string
	min, max string // inclusive bounds of a number, or of every number of a list
	oneof    []string
	match    string // a pattern that the whole value matches
	bare     string // what the flag means when it stands alone, and JSON's true
}

// fields lists the settings of the struct that cfg points to, in the order they are written.
func fields(cfg any) []field {
	root := reflect.ValueOf(cfg).Elem()
	var out []field
	for _, sf := range reflect.VisibleFields(root.Type()) {
		name, ok := sf.Tag.Lookup("name")
		if !ok {
			continue
		}
		f := field{
			name: name, value: root.FieldByIndex(sf.Index), fallback: sf.Tag.Get("default"), help: sf.Tag.Get("help"),
			min: sf.Tag.Get("min"), max: sf.Tag.Get("max"), match: sf.Tag.Get("match"), bare: sf.Tag.Get("bare"),
		}
		if choices := sf.Tag.Get("oneof"); choices != "" {
			f.oneof = strings.Split(choices, ",")
		}
		if f.value.Kind() == reflect.Bool {
			f.bare = "true"
		}
		out = append(out, f)
	}
	return out
}

// Names lists the settings of the struct that cfg points to.
func Names(cfg any) []string {
	var names []string
	for _, f := range fields(cfg) {
		names = append(names, f.name)
	}
	return names
}

func (f field) list() bool { return f.value.Kind() == reflect.Slice || f.value.Kind() == reflect.Map }

// env is the name of the setting in the environment.
func (f field) env() string { return "SPUTNIK_" + strings.ToUpper(f.name) }

// wants says in words what a value of this setting looks like.
func (f field) wants() string {
	switch f.value.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number" + f.bounds()
	case reflect.Float64:
		return "a number" + f.bounds()
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		if f.value.Type().Elem().Kind() == reflect.String {
			return "a list of words" + f.bounds()
		}
		return "a list of numbers" + f.bounds()
	case reflect.Map:
		return "numbers by name" + f.bounds()
	}
	if len(f.oneof) > 0 {
		return strings.TrimPrefix(f.bounds(), ", ")
	}
	return "text" + f.bounds()
}

// bounds says in words which values are allowed.
func (f field) bounds() string {
	switch {
	case len(f.oneof) > 0:
		return ", one of " + strings.Join(f.oneof, ", ")
	case f.min != "" && f.max != "":
		return " from " + f.min + " to " + f.max
	case f.min != "":
		return ", at least " + f.min
	case f.max != "":
		return ", at most " + f.max
	case f.match != "":
		return " like " + f.match
	}
	return ""
}

// check holds the present value against the tags.
func (f field) check() error {
	for _, v := range f.items() {
		var ok bool
		switch v.Kind() {
		case reflect.Int, reflect.Int64:
			ok = f.within(float64(v.Int()))
		case reflect.Float64:
			ok = f.within(v.Float())
		case reflect.String:
			ok = f.permits(v.String())
		default:
			ok = true
		}
		if !ok {
			return f.wrong(fmt.Sprint(v.Interface()))
		}
	}
	return f.checkKeys()
}

// checkKeys holds the names of a map against oneof.
func (f field) checkKeys() error {
	if f.value.Kind() != reflect.Map {
		return nil
	}
	for _, key := range f.value.MapKeys() {
		if len(f.oneof) > 0 && !slices.Contains(f.oneof, key.String()) {
			return f.wrong(key.String())
		}
	}
	return nil
}

func (f field) wrong(value string) error {
	if len(f.oneof) > 0 {
		return Usagef("%s is %q; want %s%s", f.name, value, f.wants(), suggestion(value, f.oneof))
	}
	return Usagef("%s is %q; want %s", f.name, value, f.wants())
}

// items are the scalars to check: the value itself, or those of a list or map.
func (f field) items() []reflect.Value {
	var out []reflect.Value
	switch f.value.Kind() {
	case reflect.Slice:
		for i := range f.value.Len() {
			out = append(out, f.value.Index(i))
		}
	case reflect.Map:
		for it := f.value.MapRange(); it.Next(); {
			out = append(out, it.Value())
		}
	default:
		out = append(out, f.value)
	}
	return out
}

func (f field) within(x float64) bool {
	if x != x {
		return false
	}
	if low, err := strconv.ParseFloat(f.min, 64); err == nil && x < low {
		return false
	}
	high, err := strconv.ParseFloat(f.max, 64)
	return err != nil || x <= high
}

func (f field) permits(s string) bool {
	if len(f.oneof) > 0 {
		return slices.Contains(f.oneof, s)
	}
	return f.match == "" || regexp.MustCompile("^(?:"+f.match+")$").MatchString(s)
}
