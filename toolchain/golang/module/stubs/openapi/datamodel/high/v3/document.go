// Package v3 stands in for the parts of a document that describe operations.
package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Document describes an API.
type Document struct {
	Info       *base.Info
	Components *Components
	Paths      *Paths
}

// Components are named schemas.
type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}

// Paths are an API's paths.
type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

// PathItem holds a path's operations.
type PathItem struct {
	Get, Post, Put, Delete, Patch, Head *Operation
}

// Operation is a method of a path.
type Operation struct {
	OperationId string
	Summary     string
	Description string
	Tags        []string
	Parameters  []*Parameter
	RequestBody *RequestBody
	Responses   *Responses
	Deprecated  *bool
	Extensions  *orderedmap.Map[string, *yaml.Node]
}

// Parameter is an operation's input beside its body.
type Parameter struct {
	Name, In, Description string
	Required              *bool
	Schema                *base.SchemaProxy
}

// RequestBody is an operation's body.
type RequestBody struct {
	Content *orderedmap.Map[string, *MediaType]
}

// Responses are an operation's answers, by status.
type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

// Response is an answer.
type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}

// MediaType is a body of one content type.
type MediaType struct {
	Schema *base.SchemaProxy
}
