"""The HTTP door of the conversation: comments, moderation, likes. ``app.create`` makes the Flask application.

The pages are plain HTML that works without JavaScript, in the theme's own look. Nothing is public that the owner has
not approved, or allowed by trusting a person.
"""
