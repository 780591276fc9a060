namespace Ledger.Projections;

/// <summary>The untyped view of documents for engines.</summary>
internal interface IDocuments
{
    string Name { get; }

    string Key { get; }

    int Version { get; }

    string StreamPrefix { get; }

    string Alias { get; }

    /// <summary>The full name of the documents' type.</summary>
    string ClrType { get; }

    /// <summary>Whether the projection handles a stream's events.</summary>
    bool Takes(StreamName stream);

    ReadOnlyMemory<byte> Write(object document);

    object Read(ReadOnlyMemory<byte> json);
}
