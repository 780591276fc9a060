using System.Reflection;
using Ledger.Conformance.Conventions;
using Ledger.Marten.Streams;

namespace Ledger.Marten.Tests.Conventions;

public sealed class MartenConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(MartenEventStore).Assembly;
}
