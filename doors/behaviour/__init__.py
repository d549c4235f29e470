"""What a change does to answers, speed, memory, sizes and pages: base and head raised and asked."""
