// Package libopenapi stands in for the reader of OpenAPI documents that `pulumi api` uses.
//
// The real one is a quarter of the CLI's compilation, for a command that describes and calls
// Pulumi Cloud's API by hand; here that command says why it can't. The types beside it have the
// fields that the CLI names, and nothing ever fills them.
package libopenapi

import (
	"errors"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Document is what a reader would return.
type Document interface {
	BuildV3Model() (*DocumentModel[v3.Document], error)
}

// DocumentModel is a document's content.
type DocumentModel[T any] struct {
	Model T
}

// NewDocument refuses every document.
func NewDocument([]byte) (Document, error) {
	return nil, errors.New("this CLI was built without a reader of OpenAPI documents; " +
		"install the official Pulumi CLI for this command")
}
