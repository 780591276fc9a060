-- Takes in documents of streams. {documents} their table.
copy {documents} (id, data, mt_dotnet_type, mt_version) from stdin (format binary)
