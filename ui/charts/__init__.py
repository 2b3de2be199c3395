"""Plotly figures from plain arrays, by subject, so that a figure can be tested without a browser."""
