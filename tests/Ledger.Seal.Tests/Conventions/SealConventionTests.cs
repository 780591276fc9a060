using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Seal.Tests.Conventions;

public sealed class SealConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LogSeal).Assembly;
}
