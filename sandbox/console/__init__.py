"""What people look at: the frame of the pages, and tables for a terminal.

What stands in a platform's pages is that platform's business.
"""
