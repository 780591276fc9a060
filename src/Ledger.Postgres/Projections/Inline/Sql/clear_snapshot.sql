-- Deletes the document of one stream. {documents} their table; $1 the stream.
delete from {documents} as d
where d.id = $1
