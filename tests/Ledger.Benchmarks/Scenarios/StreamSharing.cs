namespace Ledger.Benchmarks.Scenarios;

/// <summary>Which streams concurrent writers write to.</summary>
internal enum StreamSharing
{
    EachItsOwn,
    AllOne,
}
