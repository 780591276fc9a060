-- Empties the tables that a copy is made into, and marks the copy as unfinished: {tables} their quoted names, {mark} the statement that does.
truncate table {tables};
{mark}
