// Package orderedmap stands in for a map that remembers the order of its keys.
package orderedmap

import "iter"

// Map is such a map; it is always empty here, since no document is ever read.
type Map[K comparable, V any] struct{}

// New returns an empty map.
func New[K comparable, V any]() *Map[K, V] { return &Map[K, V]{} }

// Len is the number of keys.
func Len[K comparable, V any](*Map[K, V]) int { return 0 }

// Get returns a key's value, and whether there is one.
func (m *Map[K, V]) Get(K) (value V, ok bool) { return value, false }

// GetOrZero returns a key's value.
func (m *Map[K, V]) GetOrZero(K) (value V) { return value }

// Set would add a key.
func (m *Map[K, V]) Set(_ K, value V) (V, bool) { return value, false }

// Delete would remove a key.
func (m *Map[K, V]) Delete(K) (value V, ok bool) { return value, false }

// FromOldest yields keys and values.
func (m *Map[K, V]) FromOldest() iter.Seq2[K, V] { return func(func(K, V) bool) {} }

// KeysFromOldest yields keys.
func (m *Map[K, V]) KeysFromOldest() iter.Seq[K] { return func(func(K) bool) {} }
