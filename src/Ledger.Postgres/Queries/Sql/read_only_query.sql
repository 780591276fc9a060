-- Makes the transaction of a question a reading one; before anything takes a snapshot.
set transaction read only
