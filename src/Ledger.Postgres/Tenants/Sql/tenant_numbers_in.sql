-- The numbers of events, those that they have and those that they get.
copy pg_temp.moved_number (old, new) from stdin (format binary)
