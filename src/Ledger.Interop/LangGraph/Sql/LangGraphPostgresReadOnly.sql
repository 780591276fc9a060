-- What is copied is read and not changed.
set transaction read only
