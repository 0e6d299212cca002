using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Strangers;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>What a caller elsewhere gets of an exception.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public void An_annotated_exception_brings_its_members_and_what_every_exception_has()
    {
        var thrown = Thrown(new MishapException("oops", new TimeoutException("late")) { Code = 7, HResult = 99, Data = { ["user"] = "alice" } });

        var caught = Bytes.RoundTrip<Exception>(thrown);

        var mishap = Assert.IsType<MishapException>(caught);
        Assert.Equal(("oops", 7, 99, "alice"), (mishap.Message, mishap.Code, mishap.HResult, mishap.Data["user"]));
        Assert.Equal("late", Assert.IsType<TimeoutException>(mishap.InnerException).Message);
        Assert.Contains(nameof(Thrown), mishap.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void Exceptions_of_the_framework_need_no_annotation()
    {
        var caught = Bytes.RoundTrip<Exception>(Thrown(new ArgumentOutOfRangeException("name", 5, "too much")));

        Assert.Equal(new ArgumentOutOfRangeException("name", 5, "too much").Message, Assert.IsType<ArgumentOutOfRangeException>(caught).Message);
    }

    [Fact]
    public void An_aggregate_keeps_all_that_it_holds()
    {
        var caught = Bytes.RoundTrip(new AggregateException("both", new MishapException("a"), new AggregateException(new TimeoutException("b"))));

        Assert.Equal(2, caught.InnerExceptions.Count);
        Assert.IsType<MishapException>(caught.InnerExceptions[0]);
        Assert.Equal("b", Assert.IsType<AggregateException>(caught.InnerExceptions[1]).InnerExceptions[0].Message);
        Assert.StartsWith("both", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_write_keeps_both_versions()
    {
        var caught = Bytes.RoundTrip<Exception>(new InconsistentStateException("changed", "2", "1", new TimeoutException()));

        var conflict = Assert.IsType<InconsistentStateException>(caught);
        Assert.Equal(("changed", "2", "1"), (conflict.Message, conflict.StoredEtag, conflict.CurrentEtag));
        Assert.IsType<TimeoutException>(conflict.InnerException);
    }

    [Fact]
    public void Other_exceptions_are_refused_unless_the_options_allow_them()
    {
        Assert.Throws<CodecNotFoundException>(() => Bytes.Serializer.SerializeToArray<Exception>(new StrangeException("x")));

        using var services = new ServiceCollection().AddSerializer()
            .Configure<ExceptionSerializationOptions>(o => o.SupportedExceptionTypeFilter = type => type == typeof(StrangeException))
            .BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();

        Assert.IsType<StrangeException>(serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(new StrangeException("x"))));
    }

    [Fact]
    public void An_exception_of_an_unknown_type_becomes_the_fallback()
    {
        using var services = new ServiceCollection().AddSerializer()
            .Configure<ExceptionSerializationOptions>(o => o.SupportedExceptionTypeFilter = _ => true)
            .BuildServiceProvider();
        var bytes = services.GetRequiredService<Serializer>().SerializeToArray<Exception>(new StrangeException("what happened"));

        var caught = Assert.IsType<UnavailableExceptionFallbackException>(Bytes.Serializer.Deserialize<Exception>(bytes));

        Assert.Equal("what happened", caught.Message);
        Assert.StartsWith(typeof(StrangeException).FullName!, caught.ExceptionType, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_is_not_copied_within_a_process()
    {
        var thrown = new MishapException("x");

        Assert.Same(thrown, Bytes.Copier.Copy(thrown));
        Assert.Same(thrown, Bytes.Copier.Copy<object>(thrown));
    }

    private static T Thrown<T>(T exception)
        where T : Exception
    {
        try
        {
            throw exception;
        }
        catch (T caught)
        {
            return caught;
        }
    }
}
