-- All of it or nothing.
commit;
