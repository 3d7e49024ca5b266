"""The forms of files that programs of annotators read and write, one a module."""
