// No line here names a namespace of the programming model: what is used comes with the reference to it.
namespace Orleans.Shapes;

public interface IBareGrain : IGrainWithIntegerKey
{
    Task<GrainId> Id();
}

public sealed class BareGrain : Grain, IBareGrain
{
    public Task<GrainId> Id() => Task.FromResult(this.GetGrainId());
}
