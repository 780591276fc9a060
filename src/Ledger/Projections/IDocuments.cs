namespace Ledger.Projections;

/// <summary>What an engine has to know of documents whose type it does not.</summary>
internal interface IDocuments
{
    string Name { get; }

    string Key { get; }

    int Version { get; }

    string StreamPrefix { get; }

    string Alias { get; }

    /// <summary>The full name of the documents' type.</summary>
    string ClrType { get; }

    /// <summary>Whether a stream's events count.</summary>
    bool Takes(StreamName stream);

    ReadOnlyMemory<byte> Write(object document);

    object Read(ReadOnlyMemory<byte> json);
}
