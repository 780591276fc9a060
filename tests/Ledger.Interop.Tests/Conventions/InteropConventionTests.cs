using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Interop.Tests.Conventions;

public sealed class InteropConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(RecordingFormat).Assembly;
}
