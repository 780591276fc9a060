namespace Ledger.Records.Chronomemory;

/// <summary>The kind of a value in the chain's JSON.</summary>
internal enum JsonKind
{
    Null,
    False,
    True,
    Number,
    Text,
    List,
    Members,
}
