using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class EventIdsTests
{
    // Computed with Python: uuid.uuid5(UUID('5a1b3a0e-6f0c-4a53-9a64-3f3f3d2ac1d7'), stream + '\n' + id).
    [Theory]
    [InlineData("run:abc-123", "evt-1", "12e9f088-0acc-56ae-8011-aa42a928c5af")]
    [InlineData("run:abc-124", "evt-1", "c33aec42-a393-57a8-a149-b78c49192afb")]
    [InlineData("branch:ä😀", "日本", "b717abb6-7012-5e97-b4aa-ea8d76709d41")]
    public void FromForeign_Known_IsTheUuid5OfBoth(string stream, string foreignId, string expected) =>
        EventIds.FromForeign(new StreamName(stream), foreignId).ShouldBe(new Guid(expected));

    [Fact]
    public void FromForeign_NoId_Throws()
    {
        Should.Throw<ArgumentException>(() => EventIds.FromForeign(StreamName.Run("a"), ""));
        Should.Throw<ArgumentNullException>(() => EventIds.FromForeign(StreamName.Run("a"), null!));
    }

    [Fact]
    public void IdIn_ForeignId_DependsOnTheStream()
    {
        var imported = new NewEvent(new KitLoaded("k"), new EventMetadata { ForeignId = "evt-1" });
        var own = new NewEvent(new KitLoaded("k"));

        imported.IdIn(StreamName.Run("a")).ShouldBe(EventIds.FromForeign(StreamName.Run("a"), "evt-1"));
        imported.IdIn(StreamName.Run("b")).ShouldNotBe(imported.IdIn(StreamName.Run("a")));
        own.IdIn(StreamName.Run("a")).ShouldBe(own.Id);
        own.Id.Version.ShouldBe(7);
    }
}
