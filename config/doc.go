// Package config turns one struct a command into its JSON file, flags, environment names and help.
//
// A field is written once; its tags are the documentation:
//
//	BatchSize int `name:"batch_size" default:"32" min:"1" help:"sequences per step"`
//
// A value is looked for in this order, the later winning: the default, the JSON file (--config), the environment
// (SPUTNIK_BATCH_SIZE), the flag (--batch_size or --batch-size). Then every value is checked: its type, min, max, oneof
// and match, and what the struct's own Validate says of fields together.
//
// Whatever is wrong becomes one line that names the field, the value and what would be right, marked as a wrong request
// (exit code 2); nothing on disk has changed by then. The resolved configuration is saved beside what it produced, and
// loads again.
package config
