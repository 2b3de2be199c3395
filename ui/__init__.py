"""What the pages are made of: the session, widgets, charts, browser components, and what stands before the pages.

Uses `mnist_model`, never `mnist_model.training`. No page and nothing of Keras is imported here.
"""
