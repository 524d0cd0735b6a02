"""torch.quasirandom: Sobol sequences, scrambled or not, with torch's points.

The direction numbers are those of Joe and Kuo (2008), for the first 360 dimensions: of each the degree of its primitive polynomial, the
coefficients of that, and the first numbers without their last bit, which is 1, all in one row of bits.
"""

import base64

import numpy as np

from . import dtypes
from .functions.missing import refusal as _refusal
from .functions.random import Generator
from .functions.register import FUNCTIONS as T
from .payload import wrap
from .tensor import Tensor

__all__ = ["SobolEngine"]
BITS = 30
NUMBERS = (  # fmt: skip
    "63vGMB&69%C{#$5-IcTfbQNC9*ft&+qtcoaZW?2ln$xozDNmdqZ27pKG2(H~IKJd)3~A1pBdezt`1e&=qt50cXr1?gAUqv1U3pB$DD>@MZR+K^L*)r-C*3Q6&%<HwU$+~~"
    "Kh+M<fz$bz^#ynSzQPMirJLj?munbEUi}t=(8rv73E`9yP;)~?B}Yz&9)v8p5b1JGjw5>W>}*saUxx_74b{sLpSVIu<D6Unbw{F>twNBDxeM0sklREX1R{|DqGf`sk!Y~z"
    "v-y#cRS&dVlEqQjbG4H7=E?)VlTQ6K#BP&tZ2RvileN6<j8K!~vgxaUlrd{xe3F!>RBk7sl@y@V0YQ}~tZ;qpm3$JQ$_16Pyu*L<mFf%jEkBlWK|a5BmW1u;d61UXV_jSI"
    "m!N>dXsnmR!<>T<n3+zrXIGf09k2fwnEZFzRhXF+KrVbrnSzUhhEJK%Ou9yJntHdsGKZSo7Yv;_n+7i5Bhi~utXeiDn`g|hyyBalP{)nnoB8HxtOuMR0uo5QoO#}-2JxMy"
    "Wwk-qoytlj;jW%K(W#x3o>LVAcut;g^N3z*o~9FWDQuq0rKPxhpB!$W{_meeluJ5npW6CJJxQP><RrMaxo8^EP5<a`Itj*uuj6E{g2yGp;c9!Km(pPnf?OzXl=L!_^(r7E"
    "{~W76Du}K$!7uPsqZD+E1n2Q6*TB9u>O=ZDsvf1=E}oA!Cy8J#5u^KV=hx^usSPF)GmT6NMs4@V;F_wEB>z6GZ4;!&4ajG3*l9c+8%3JlDp08zS=w<Lm3_6X2!V2?uNTN;"
    "CC6!mY+mNKWa?wos#MCSCYfly@<YcsriOsCi`GhM$Jt=%v@&XWR#g1-6`G%Y!umpi_^0X1GP9nhDiUV~^6p|vg-8zQR^kStQ&j%bw`r)`G5%HzV5&p%!zQERN|U7Aejd?c"
    "rKRugFQD<M;TGU8i~{O@er!ffvihP%X=m;tW~)@@$V*TGs{q)D3wN`s(%$154OY6h;bK&y?y|4duaj4Qp{!Z#GlBkdYaPKodE3vb$QBh6NzA&lmk>MC$MmfkOptt%>1$2c"
    "Cf}A)YSjn~+Z0<iwUgf+hQ1}Oiu|PiU#qKqRN3ileyZbap4Kuj0=Y8lDrq(8uEnxGch?1L+T~BtQ9Szmy!2npyK29Im`7uoXRr$W#}7^fCsl!ditDI$@fhqCT+z2BlTzhi"
    "vdV)Y<i)JZ2;dJxt$VRH*kbfRP1?rI9>XJaBd#vkL6#hMl<<wx_XV)_#fsUU0D$d?(T+o~HRlT~N-IIfIa}LZVtx4FzoPGddlevJZG%K!1X!@(jN*uTHpa$xGal?X;|+E+"
    "GiO#4VvWMFz?ReRd#rV>j%S;tcD3Ff>~$Aew75}?wPV-hCZqz|uInMVO2^4MU&`4Nb^sy0YT*9KATB~~hTv&dN)zs6Ox#o0vUj4{1p8_C<&(?=R~xj&%xt1%maIB5DTQSx"
    "D9c7`8&C@>3TJncD4qV<TaR#I3U?R|%bK}Yjen`%wq1ULDH!*HShD|T;tRQUBYl`7#ecp+ScWXe9>!KORF+F-ug@~25L}7-HNCTBvML6#*}43-th<8_&dxY_g-r!7j8=9v"
    "rJ<K4M@zHHEEE_8BWyLFaVhvsn_G(Q05NslQM94`Xc!AVBB?7<n?ij=WEi1Ev04=cSCEGsRSMBYQJrE>b)B}7NUC!`l*>M}!M)oX%LP}>rpV0}GrpCnZ9JGE)Oo_}F=_i`"
    "SQuU}F6&UBsNR6Y7d6_DpvwAZEk?%F>w-q!D5<bkshS?grnit7wNyO*G@h}M-K#3CTR=vQA}v};1DD$s?n`S>_4=5MU8%cU*3x)Y{>n&N=@z7o<k8y>*K}LIePN00mb_lg"
    "VWt<AdA0X@sx5c#qxG;l&`2ln%S>&AdEdZ*x9`hrL*jGhX^GFfW?YsRSM!_kTRx>X&FDh4a@quuI<cR>TUOGOECrISuwAyWhFwdfO#qd(<Krg%P1%MmvN9amcl5{gZM~iG"
    "8Txf^n{U52*<RsNl-q~)3Ow(tbu!#qX_Ao-P-Hgbh@gNFDv=AfDH$;ZZ(c?Hy8AIIlj(_#t=oXIlm-;0_ipj?$8B-fKZ|)d(m^7KyfRzcKdg{mQY1Fs=ald%T+_4m`R03&"
    "JiGt6x7$Nf!SR?0RlvO2q}~6yo-PJ7GbO<fJ)v-AlhTRQgoJy8*!UAn>Uy8tRtXu^HY)F4;{c>BLNM38cN)x;wW6@WIJo5#$1sS_aGl6aMOQ8H5nirD-o5Sjz<PIbUyw0w"
    "AC)}&lU7oQU^slm+?+qqYH<x<a^;+KXy_n9R~IkM>1sL{5&pT2?-w%>`^mk`%HmERDc3h{X{w9*j__i;b5Xeb1hC<j3!GB&%bkmL{aolOEben4i?ZjnR=f0>g3h-<v<lai"
    "Ur21a98p)$a;0|l(b*)>QG`onZj)@l?)XSY<#e<tx~&VL0gI?Lm52>FEAQP$6NsjP%9tYRpb8KwH?SS|RtAxoT3UcIy2UsHIF<6VHP-jss<`hDTW+|F_q%BZ*z<Nvv7~lD"
    ">a-iP<PX*$k~I+Bs7lZSl4v*z?bJ5gP|ayqH*af^Uj0i$U%Qcd1>bAUo1NWuh~=9&X+3W3sY#U%E<`JLfe&xvDBAJsyz2-)kdalU-SxB0uB5{kYVak!7zS%gcz1^|618^W"
    "_BFgi%od1>I`+-te*H$!8~i@66?`CnMF;7Fc+EwmEPc*=JI5VAc0Z8i)ZRwCiL8m+s6z5z0xY<EYCjj1XIe^W+Oa#lzc+r!zU4h#=M-dMgOgxB?>+8dEWv5v^Lh136PI~}"
    "75mT+t!rlopSNC;U0Inb>EhD#@XW*chQ|8WsFg5r&g?Ncy>`KwhnFnSW$gT%wU`Em#jkE;>1jlVq}_YUhCLKyvdG)t9NnCmgTn1!3XW$}`8=jx_{LAfndFtBcg%5l(qp-="
    "o4#zVT;@H(-aYlgt=om~^R}<GKXY)48}5sJv>+MX{DL1F?tpr%Ay3T5-+~U}!QMQN&isN%vV#=VrZ?rnd`;{EH2uFe-CrD+Qlb_5XD9Ma!c;0R*5rD&7bba`e%30O*9z+k"
    "i}}2mawX!vJ>S!*M5(<0Xkz~^aQi7P5lUD3W=gse8BN2$QrP#(5!rpyo?tY9Z=GA|fVeKO9^Y`*4&!-PfVdB>J!Ma4BRTdg35vf|5{IFk$L0oyYX$8;@Ir$F1Fq+OwhLQx"
    "GTnj=-Q}vv0yEL~!5(YLt*jkR*QH>Q#foT_HY3Fna8ANNO15|X6d9N)<9B+!{dK|k3>AA<84><rker?i0r?@MlYykWhXtz59&et))@FT!3ae88Z+Ve;l)<xSYs`pd1Qy@m"
    "><_K*Lmi2zOE7oH$A;0eN{qmGL98f`qF`3P*IXlZ?>Kt1K@x~A5#!Ym?;oTT`P&JYnC+*Dz!BEq"
)


def directions(dimension):
    """The direction numbers, as whole numbers of 30 bits: an array (dimension, 30)."""
    raw = base64.b85decode(NUMBERS)
    bits, at = format(int.from_bytes(raw, "big"), f"0{8 * len(raw)}b"), 0

    def read(n):
        nonlocal at
        at += n
        return int(bits[at - n : at], 2) if n else 0

    rows = [[1] * BITS]
    for _ in range(dimension - 1):
        degree = read(4)
        inner = read(degree - 1)
        row = [2 * read(k) + 1 for k in range(degree)]
        for j in range(degree, BITS):
            new = row[j - degree] ^ row[j - degree] << degree
            for k in range(1, degree):
                if inner >> (degree - 1 - k) & 1:
                    new ^= row[j - k] << k
            row.append(new)
        rows.append(row)
    return np.array(rows[:dimension], np.int64) << np.arange(BITS - 1, -1, -1)


class SobolEngine:
    """A Sobol sequence in up to 360 dimensions; with `scramble` one by random lower triangular matrices and a shift.

    >>> import compat as torch
    >>> torch.quasirandom.SobolEngine(2).draw(3)
    tensor([[0.0000, 0.0000],
            [0.5000, 0.5000],
            [0.7500, 0.2500]])
    """

    MAXBIT, MAXDIM = BITS, 360

    def __init__(self, dimension, scramble=False, seed=None):
        if not 1 <= dimension <= self.MAXDIM:
            if 1 <= dimension <= 21201:
                raise NotImplementedError(
                    f"compat has Sobol's numbers of {self.MAXDIM} dimensions, not of {dimension} (torch: 21201)"
                )
            raise ValueError("Supported range of dimensionality for SobolEngine is [1, 21201]")
        self.seed, self.scramble, self.dimension, self.num_generated = seed, scramble, dimension, 0
        self.sobolstate, self.shift = directions(dimension), np.zeros(dimension, np.int64)
        if scramble:
            self._scramble()
        self.quasi = self.shift.copy()

    def _scramble(self):
        g = None if self.seed is None else Generator().manual_seed(self.seed)
        powers = 1 << np.arange(BITS)
        self.shift = T["randint"](2, (self.dimension, BITS), generator=g).numpy() @ powers
        matrices = np.tril(T["randint"](2, (self.dimension, BITS, BITS), generator=g).numpy())
        at = np.arange(BITS)
        matrices[:, at, at] = 1
        bits = self.sobolstate[:, :, None] >> np.arange(BITS - 1, -1, -1) & 1
        self.sobolstate = (bits @ matrices.swapaxes(1, 2) & 1) @ powers[::-1]

    def _next(self, n):
        """The next n numbers, after those that `quasi` stands at: an array (n, dimension)."""
        counts = self.num_generated - 1 + np.arange(n)  # (the first point comes before all of them)
        lowest = [(~int(c) & int(c) + 1).bit_length() - 1 for c in counts]
        points = np.bitwise_xor.accumulate(np.concatenate([self.quasi[None], self.sobolstate[:, lowest].T]))
        self.quasi = points[-1]
        return points[1:]

    def draw(self, n=1, out=None, dtype=None):
        """The next n points: a Tensor (n, dimension)."""
        dtype = dtypes.get_default_dtype() if dtype is None else dtype
        if n < 1 and self.num_generated == 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n - 1}: [{n - 1}, {self.dimension}]")
        first = self.quasi[None] if self.num_generated == 0 else None
        if first is not None:
            self.num_generated = 1
            points = np.concatenate([first, self._next(n - 1)]) if n > 1 else first
            self.num_generated = n
        else:
            points = self._next(n)
            self.num_generated += n
        result = wrap(Tensor, (points / 2**BITS).astype(np.float64)).to(dtype)
        return result if out is None else out.resize_as_(result).copy_(result)

    def draw_base2(self, m, out=None, dtype=None):
        """The next 2**m points, if that keeps the number of all points a power of two; ValueError otherwise."""
        n = 2**m
        total = self.num_generated + n
        if total & (total - 1):
            raise ValueError(
                "The balance properties of Sobol' points require "
                f"n to be a power of 2. {self.num_generated} points have been "
                f"previously generated, then: n={self.num_generated}+2**{m}={total}. "
                "If you still want to do this, please use "
                "'SobolEngine.draw()' instead."
            )
        return self.draw(n=n, out=out, dtype=dtype)

    def reset(self):
        """Start anew; the engine itself."""
        self.quasi, self.num_generated = self.shift.copy(), 0
        return self

    def fast_forward(self, n):
        """Go n points on; the engine itself."""
        skipped = n
        if self.num_generated == 0:
            self.num_generated, skipped = 1, n - 1
            self._next(skipped)
            self.num_generated = n
        else:
            self._next(skipped)
            self.num_generated += n
        return self

    def __repr__(self):
        text = [f"dimension={self.dimension}"]
        text += ["scramble=True"] if self.scramble else []
        text += [f"seed={self.seed}"] if self.seed is not None else []
        return f"{type(self).__name__}({', '.join(text)})"


__getattr__ = _refusal(__name__)
