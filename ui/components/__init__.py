"""Parts of the page that run in the browser: each is Python and JavaScript of one name, or a folder."""
