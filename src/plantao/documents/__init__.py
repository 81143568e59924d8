"""What tells programs and people how to talk to the server: OpenAPI, AsyncAPI, and the page that shows the first."""
