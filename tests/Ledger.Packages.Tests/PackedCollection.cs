using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The tests that share the packed folder.</summary>
[CollectionDefinition("packed")]
public sealed class PackedCollection : ICollectionFixture<PackedFolder>;
