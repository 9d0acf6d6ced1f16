"""Show what a run found: console, page, JSON and JUnit; runs compared and side by side. docs/certification.md."""
