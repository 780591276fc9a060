namespace Ledger.Records.Chronomemory;

/// <summary>What a value of the chain's JSON is.</summary>
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
