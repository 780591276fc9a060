using System.Text.Json;
using Ledger.Forgetting;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Forgetting;

/// <summary>What paths lead to.</summary>
public sealed class JsonPathTests
{
    private const string Json = """{"a":{"b":"1","c d":["2",{"b":3}]},"b":"4","e":[["5"]]}""";

    [Theory]
    [InlineData("$.a.b", "1")]
    [InlineData("$['a'][\"c d\"][0]", "2")]
    [InlineData("$.a['c d'][1].b", "3")]
    [InlineData("$..b", "1 3 4")]
    [InlineData("$.*", "4")]
    [InlineData("$.a.*", "1")]
    [InlineData("$.e[*][*]", "5")]
    [InlineData("$..[0]", "2 5")]
    [InlineData("$.a..b", "1 3")]
    [InlineData("$.x.b", "")]
    [InlineData("$", "")]
    public void Path_LeadsTo(string path, string found) =>
        string.Join(' ', PayloadBlank.Find(JsonElement.Parse(Json), JsonPath.Parse(path)).Order(StringComparer.Ordinal)).ShouldBe(found);

    [Theory]
    [InlineData("$.a.b", """{"a":{"b":"****","c d":["2",{"b":3}]},"b":"4","e":[["5"]]}""")]
    [InlineData("$.a", """{"a":{},"b":"4","e":[["5"]]}""")]
    [InlineData("$..b", """{"a":{"b":"****","c d":["2",{"b":null}]},"b":"****","e":[["5"]]}""")]
    [InlineData("$.e[0]", """{"a":{"b":"1","c d":["2",{"b":3}]},"b":"4","e":[[]]}""")]
    [InlineData("$", "{}")]
    public void WithoutPath_Json_IsBlankThere(string path, string masked) =>
        PayloadBlank.WithoutPaths(JsonElement.Parse(Json), new JsonPathSet([JsonPath.Parse(path)])).GetRawText().ShouldBe(masked);

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("$a")]
    [InlineData("$.")]
    [InlineData("$.a[")]
    [InlineData("$.a[x]")]
    [InlineData("$.a[-1]")]
    [InlineData("$['a")]
    [InlineData("$..")]
    [InlineData("$.a]b[")]
    public void Text_ThatIsNoPath_IsRefused(string text) => JsonPath.TryParse(text).ShouldBeNull();
}
