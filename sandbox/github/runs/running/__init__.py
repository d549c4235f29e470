"""Jobs at work: their files, their process, their log."""
