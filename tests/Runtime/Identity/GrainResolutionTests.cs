using Orleans.Metadata;
using Orleans.TestingHost;

namespace Orleans.Conformance.Identity;

public interface INameGrain : IGrain
{
    Task<string> Class();

    Task<string> Id();
}

public abstract class NamingGrain : Grain, INameGrain
{
    public Task<string> Class() => Task.FromResult(GetType().Name);

    public Task<string> Id() => Task.FromResult(this.GetGrainId().ToString());
}

public interface ISingleGrain : INameGrain, IGrainWithStringKey;

public sealed class TheOnlyGrain : NamingGrain, ISingleGrain;

public interface ILikeNamedGrain : INameGrain, IGrainWithStringKey;

public sealed class LikeNamedGrain : NamingGrain, ILikeNamedGrain;

public sealed class OtherwiseNamedGrain : NamingGrain, ILikeNamedGrain;

[DefaultGrainType("chosen")]
public interface IMarkedGrain : INameGrain, IGrainWithStringKey;

public sealed class MarkedGrain : NamingGrain, IMarkedGrain;

[GrainType("chosen")]
public sealed class TheChosenGrain : NamingGrain, IMarkedGrain;

public interface IAmbiguousGrain : INameGrain, IGrainWithStringKey;

public sealed class FirstAmbiguityGrain : NamingGrain, IAmbiguousGrain;

public sealed class SecondAmbiguityGrain : NamingGrain, IAmbiguousGrain;

public interface INobodyGrain : IGrainWithStringKey
{
    Task Nothing();
}

public interface IManyKeysGrain : INameGrain, IGrainWithStringKey, IGrainWithGuidKey, IGrainWithIntegerKey,
    IGrainWithGuidCompoundKey, IGrainWithIntegerCompoundKey
{
    Task<string> Text();

    Task<long> Long();

    Task<Guid> Guid();

    Task<string?> Extension();
}

public sealed class ManyKeysGrain : NamingGrain, IManyKeysGrain
{
    public Task<string> Text() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<long> Long() => Task.FromResult(this.GetPrimaryKeyLong());

    public Task<Guid> Guid() => Task.FromResult(this.GetPrimaryKey());

    public Task<string?> Extension()
    {
        this.GetPrimaryKey(out var extension);
        return Task.FromResult(extension);
    }
}

/// <summary>Which class a reference leads to, and what its key is.</summary>
[Feature("Grains", "From interface to class: [DefaultGrainType], [GrainType], prefixes, conventions")]
public sealed class GrainResolutionTests : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster = new InProcessTestClusterBuilder().Build();

    private IGrainFactory Grains => _cluster.Client;

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task The_only_class_of_an_interface_serves_it() =>
        Assert.Equal("TheOnlyGrain", await Grains.GetGrain<ISingleGrain>("a").Class());

    [Fact]
    public async Task Of_several_classes_the_one_named_like_the_interface_serves_it() =>
        Assert.Equal("LikeNamedGrain", await Grains.GetGrain<ILikeNamedGrain>("a").Class());

    [Fact]
    public async Task The_class_that_the_interface_names_serves_it_before_any_other() =>
        Assert.Equal("TheChosenGrain", await Grains.GetGrain<IMarkedGrain>("a").Class());

    [Fact]
    public async Task A_prefix_of_the_full_class_name_chooses_the_class()
    {
        Assert.Equal("SecondAmbiguityGrain", await Grains
            .GetGrain<IAmbiguousGrain>("a", "Orleans.Conformance.Identity.Second").Class());
        Assert.Equal("OtherwiseNamedGrain", await Grains
            .GetGrain<ILikeNamedGrain>("a", "Orleans.Conformance.Identity.OtherwiseNamedGrain").Class());
    }

    [Fact]
    public void An_interface_that_leaves_the_class_open_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<IAmbiguousGrain>("a"));
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<IAmbiguousGrain>("a", "Orleans.Conformance.Identity"));
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<IAmbiguousGrain>("a", "Elsewhere"));
        Assert.Throws<ArgumentException>(() => Grains.GetGrain<INobodyGrain>("a"));
    }

    [Fact]
    public async Task A_grain_type_is_the_class_name_in_lower_case_without_grain_and_without_namespace()
    {
        Assert.Equal("theonly/a", await Grains.GetGrain<ISingleGrain>("a").Id());
        Assert.Equal("chosen/a", await Grains.GetGrain<IMarkedGrain>("a").Id());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void A_blank_text_key_is_refused(string? key) =>
        Assert.ThrowsAny<ArgumentException>(() => Grains.GetGrain<ISingleGrain>(key!));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void A_blank_key_extension_is_refused(string? extension)
    {
        Assert.ThrowsAny<ArgumentException>(() => Grains.GetGrain<IManyKeysGrain>(1, extension!, null));
        Assert.ThrowsAny<ArgumentException>(() => Grains.GetGrain<IManyKeysGrain>(Guid.Empty, extension!, null));
    }

    [Fact]
    public async Task Every_kind_of_key_reaches_its_grain()
    {
        var guid = Guid.NewGuid();
        var byType = typeof(IManyKeysGrain);

        Assert.Equal("alice/1", await Grains.GetGrain<IManyKeysGrain>("alice/1").Text());
        Assert.Equal(guid, await Grains.GetGrain<IManyKeysGrain>(guid).Guid());
        Assert.Equal(-7, await Grains.GetGrain<IManyKeysGrain>(-7).Long());
        Assert.Equal("room", await Grains.GetGrain<IManyKeysGrain>(guid, "room", null).Extension());
        Assert.Equal(guid, await Grains.GetGrain<IManyKeysGrain>(guid, "room", null).Guid());
        Assert.Equal(255, await Grains.GetGrain<IManyKeysGrain>(255, "room", null).Long());
        Assert.Equal("FF+room", await Grains.GetGrain<IManyKeysGrain>(255, "room", null).Text());
        Assert.Equal("alice", await ((IManyKeysGrain)Grains.GetGrain(byType, "alice")).Text());
        Assert.Equal(3, await ((IManyKeysGrain)Grains.GetGrain(byType, 3)).Long());
        Assert.Equal(guid, await ((IManyKeysGrain)Grains.GetGrain(byType, guid)).Guid());
        Assert.Equal("x", await ((IManyKeysGrain)Grains.GetGrain(byType, guid, "x")).Extension());
        Assert.Equal("k", await ((IManyKeysGrain)Grains.GetGrain(byType, IdSpan.Create("k"))).Text());
        Assert.Equal("k", await Grains.GetGrain<IManyKeysGrain>(GrainId.Parse("manykeys/k")).Text());
    }

    [Fact]
    public void A_text_key_that_is_hexadecimal_reads_as_the_number_and_another_is_refused()
    {
        var hexadecimal = Grains.GetGrain<ISingleGrain>("abc");
        var name = Grains.GetGrain<ISingleGrain>("alice");

        Assert.Equal(0xABC, hexadecimal.GetPrimaryKeyLong());
        Assert.True(hexadecimal.IsPrimaryKeyBasedOnLong());
        Assert.Equal(new Guid("00000000-0000-0000-bc0a-000000000000"), hexadecimal.GetPrimaryKey());
        Assert.Throws<InvalidOperationException>(() => name.GetPrimaryKeyLong());
        Assert.Throws<InvalidOperationException>(() => name.GetPrimaryKey());
        Assert.False(name.IsPrimaryKeyBasedOnLong());
        Assert.Equal("alice", name.GetPrimaryKeyString());
    }

    [Fact]
    public void References_are_equal_by_grain_and_interface()
    {
        var one = Grains.GetGrain<ISingleGrain>("a");
        var same = Grains.GetGrain<ISingleGrain>("a");
        var other = Grains.GetGrain<ISingleGrain>("b");
        var cast = one.Cast<INameGrain>();

        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, other);
        Assert.Equal(one.GetGrainId(), cast.GetGrainId());
        Assert.Single(new HashSet<ISingleGrain> { one, same });
    }

    [Fact]
    public void What_is_no_grain_has_no_identity()
    {
        Assert.Throws<ArgumentNullException>(() => ((IAddressable)null!).GetGrainId());
        Assert.Throws<ArgumentException>(() => new Impostor().GetGrainId());
    }

    private sealed class Impostor : IAddressable;
}
