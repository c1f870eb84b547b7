"""The read side: names to rows, filters to statements, statements to pages."""
