using System.Reflection;
using Ledger.Conformance.Conventions;
using Ledger.Parquet;

namespace Ledger.Interop.Tests.Conventions;

/// <summary>The tests of Ledger.Parquet are here, as it is too small for a project of tests.</summary>
public sealed class ParquetConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(ParquetExport).Assembly;
}
