// Package kubernetes is left out: builders run on Docker here, or are reached by their address.
package kubernetes
