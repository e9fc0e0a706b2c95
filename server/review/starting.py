"""The list an office starts with: our own, small, and meant to be outgrown by the office's.

Faults that inspectors' bulletins name, and pairs that editors mix up where the sentence tells which is meant.
"""

from typing import Final

from server.review.word import Word

STARTING_VERSION: Final = 1
"""To be raised with every change of this list: what is live is then checked again."""


def _state(word: str, right: str) -> Word:
    return Word(word, right, "", "blocking", kind="state_name", is_ours=True)


def _slip(word: str, right: str, context: str = "", note: str = "") -> Word:
    return Word(word, right, context, "warning", note=note, is_ours=True)


_STATE: Final = (
    _state("中华人民大和国", "中华人民共和国"),
    _state("中华人民共合国", "中华人民共和国"),
    _state("中华人名共和国", "中华人民共和国"),
    _state("中华民人共和国", "中华人民共和国"),
    _state("中人民共和国", "中华人民共和国"),
    _state("中共人民共和国", "中华人民共和国"),
    _state("共合国", "共和国"),
    _state("攻府", "政府"),
    _state("人名政府", "人民政府"),
    _state("人民政俯", "人民政府"),
    _state("国务员办公厅", "国务院办公厅"),
    _state("全国人名代表大会", "全国人民代表大会"),
    _state("领导小姐", "领导小组"),
    _state("扫黑险恶", "扫黑除恶"),
    _state("习进平", "习近平"),
    _state("习近乎", "习近平"),
    _state("内蒙自治区", "内蒙古自治区"),
    _state("内蒙古自冶区", "内蒙古自治区"),
    _state("自冶区", "自治区"),
    _state("社会主意", "社会主义"),
    _state("中国共产觉", "中国共产党"),
)

_SLIPS: Final = (
    _slip("倍受青睐", "备受青睐"),
    _slip("拔款", "拨款"),
    _slip("关健", "关键", "!任关健|李关健|王关健"),
    _slip("负贵人", "负责人"),
    _slip("条列", "条例", "!$在 !$出 !$如下 !^分 !^逐 !^一"),
    _slip("复盖", "覆盖"),
    _slip("一但", "一旦", "!^十 !^第 !^万 !^之"),
    _slip("清况", "情况"),
    _slip("登陆系统", "登录系统"),
    _slip("登陆网站", "登录网站"),
    _slip("登陆平台", "登录平台"),
    _slip("登陆", "登录", "账号|帐号|密码|用户名|网址|官网|客户端|小程序|APP"),
    _slip("帐户", "账户"),
    _slip("帐号", "账号"),
    _slip("帐目", "账目"),
    _slip("截止目前", "截至目前"),
    _slip("截止到", "截至", "!时间 !日期 !报名 !投标"),
    _slip("布署", "部署"),
    _slip("按步就班", "按部就班"),
    _slip("园满", "圆满"),
    _slip("欢渡", "欢度"),
    _slip("既使", "即使"),
    _slip("再接再励", "再接再厉"),
    _slip("走头无路", "走投无路"),
    _slip("迫不急待", "迫不及待"),
    _slip("一愁莫展", "一筹莫展"),
    _slip("穿流不息", "川流不息"),
    _slip("鼎立支持", "鼎力支持"),
    _slip("兴高彩烈", "兴高采烈"),
    _slip("相形见拙", "相形见绌"),
    _slip("凑和", "凑合"),
    _slip("松驰", "松弛"),
    _slip("修练", "修炼"),
    _slip("妨碍公物", "妨碍公务"),
    _slip("防犯", "防范"),
    _slip("污然", "污染"),
    _slip("幅射", "辐射"),
    _slip("粗旷", "粗犷"),
    _slip("优扶对象", "优抚对象"),
    _slip("脱贫功坚", "脱贫攻坚"),
    _slip("乡村震兴", "乡村振兴"),
    _slip("防汛抗早", "防汛抗旱"),
    _slip("安全生厂", "安全生产"),
    _slip("行政许克", "行政许可"),
    _slip("依法行证", "依法行政"),
    _slip("放管服务改革", "“放管服”改革"),
    _slip("其它事项", "其他事项", note="公文中统一用“其他”"),
    _slip("其它单位", "其他单位", note="公文中统一用“其他”"),
    _slip("其它有关", "其他有关", note="公文中统一用“其他”"),
)
STARTING_LIST: Final = (*_STATE, *_SLIPS)
