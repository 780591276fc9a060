namespace Ledger.Benchmarks.Measuring;

/// <summary>Which way a figure gets better.</summary>
internal enum Better
{
    Higher,
    Lower,
}
