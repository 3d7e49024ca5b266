"""Labels from and for the tools of annotators."""
