// Package lexers has no languages: what the CLI shows of code in Markdown is not coloured.
package lexers

import (
	"github.com/alecthomas/chroma"
	"github.com/alecthomas/chroma/lexers/internal"
)

// Fallback leaves a text as it is.
var Fallback = internal.Fallback

// Get finds none.
func Get(name string) chroma.Lexer { return internal.Get(name) }

// Analyse finds none.
func Analyse(text string) chroma.Lexer { return internal.Analyse(text) }
