"""The application: composition root, database, sign-in, problems, jobs and the use cases."""
